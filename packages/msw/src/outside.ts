import { bypass } from 'msw/utils/bypass';

/** A request that no handler answers, and that msw reports nowhere. */
export const fetchOutside = (url: string | URL, init?: RequestInit): Promise<Response> =>
  fetch(bypass(url, init));
