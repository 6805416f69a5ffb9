export { type HandlerOptions, handlers } from './handlers.ts';
export { snapshotSource } from './snapshot-source.ts';
export type { Answer, Source } from './source.ts';
export { type UrlSourceOptions, urlSource } from './url-source.ts';
