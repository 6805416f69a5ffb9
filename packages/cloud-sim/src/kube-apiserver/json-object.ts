/** What JSON calls an object, with members that nobody has checked. */
export type JsonObject = { [key: string]: unknown };

export const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sets a member whatever it is called: an assignment to `__proto__` would reach the prototype of all objects. */
export function setMember(object: JsonObject, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}

/** An object's own member; undefined for what it only inherits. */
export const memberOf = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;
