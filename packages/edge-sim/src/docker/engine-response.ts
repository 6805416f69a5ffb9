import type { GoResponse } from '../go-http/response.ts';

/** JSON as httputils.WriteJSON writes it: json.Encoder, so one newline at the end, and no HTML escaping. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): GoResponse {
  return {
    status,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: `${JSON.stringify(value)}\n`,
  };
}

/** Plain text as Go's http.Error writes it. */
export function textError(status: number, message: string, headers: Record<string, string> = {}): GoResponse {
  return {
    status,
    headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
    body: `${message}\n`,
  };
}
