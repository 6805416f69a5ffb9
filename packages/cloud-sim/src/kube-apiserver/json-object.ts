/** What JSON calls an object, with members that nobody has checked. */
export type JsonObject = { [key: string]: unknown };

export const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
