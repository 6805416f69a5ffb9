import { isRecord, type JsonObject, memberOf, setMember } from './json-object.ts';

/**
 * By which member items of a list are the same, by the list's name: those of nodes, pods, services and of every object's
 * metadata (k8s.io/api v0.19.10 core/v1/types.go, patchMergeKey). A list that is not here is replaced as a whole.
 */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  addresses: ['type'],
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  ephemeralContainers: ['name'],
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  podIPs: ['ip'],
  // Those of a container, and those of a Service.
  ports: ['containerPort', 'port'],
  topologySpreadConstraints: ['topologyKey'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};
const keysOf = (list: string) => (Object.hasOwn(mergeKeys, list) ? mergeKeys[list] : undefined) ?? [];
/** Lists of plain values that are merged. */
const mergedValues = new Set(['finalizers', 'podCIDRs']);
const ORDER = '$setElementOrder/';
const DELETE_VALUES = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch to `target` and returns it. Directives: `$patch` delete and replace, `$retainKeys`,
 * `$setElementOrder/…`, `$deleteFromPrimitiveList/…` (kubernetes/apimachinery v0.19.10 pkg/util/strategicpatch/patch.go).
 */
export function strategicMerge(target: JsonObject, patch: JsonObject): JsonObject {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const kept = patch['$retainKeys'];
  if (Array.isArray(kept)) {
    for (const key of Object.keys(target)) if (!kept.includes(key)) delete target[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_VALUES)) deleteValues(target, key.slice(DELETE_VALUES.length), value);
    else if (!key.startsWith('$')) mergeMember(target, key, value);
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER) || !Array.isArray(order)) continue;
    const list = key.slice(ORDER.length);
    const items = memberOf(target, list);
    if (Array.isArray(items)) target[list] = ordered(list, items, order);
  }
  return target;
}

function mergeMember(target: JsonObject, key: string, value: unknown): void {
  if (value === null || (isRecord(value) && value['$patch'] === 'delete')) delete target[key];
  else if (isRecord(value)) {
    const old = memberOf(target, key);
    setMember(target, key, strategicMerge(isRecord(old) ? old : {}, value));
  } else if (Array.isArray(value)) setMember(target, key, mergedList(key, memberOf(target, key), value));
  else setMember(target, key, value);
}

function deleteValues(target: JsonObject, list: string, values: unknown): void {
  const old = memberOf(target, list);
  if (Array.isArray(old) && Array.isArray(values))
    target[list] = old.filter((item) => !values.includes(item));
}

function mergedList(name: string, old: unknown, items: unknown[]): unknown[] {
  const before: unknown[] = Array.isArray(old) ? old : [];
  if (mergedValues.has(name)) return [...new Set([...before, ...items])];
  const key = keysOf(name).find((member) => items.some((item) => isRecord(item) && member in item));
  const replaces = items.some((item) => isRecord(item) && item['$patch'] === 'replace');
  if (key === undefined || replaces)
    return items.filter((item) => !isRecord(item) || !('$patch' in item)).map(withoutDirectives);
  const merged = [...before];
  for (const item of items) {
    if (!isRecord(item)) continue;
    const at = merged.findIndex((each) => isRecord(each) && each[key] === item[key]);
    const there = merged[at];
    if (item['$patch'] === 'delete') {
      if (at >= 0) merged.splice(at, 1);
    } else if (isRecord(there)) merged[at] = strategicMerge(there, item);
    else merged.push(strategicMerge({}, item));
  }
  return merged;
}

/** Those that an order names come in that order, each other one stays behind the one it stood behind. */
function ordered(list: string, items: unknown[], order: unknown[]): unknown[] {
  const key = keysOf(list).find((member) => order.some((item) => isRecord(item) && member in item));
  const rank = (item: unknown) =>
    order.findIndex((wanted) =>
      key !== undefined && isRecord(wanted) && isRecord(item) ? wanted[key] === item[key] : wanted === item,
    );
  const groups: { rank: number; items: unknown[] }[] = [{ rank: -1, items: [] }];
  for (const item of items) {
    if (rank(item) < 0) groups[groups.length - 1]?.items.push(item);
    else groups.push({ rank: rank(item), items: [item] });
  }
  return groups.sort((a, b) => a.rank - b.rank).flatMap((group) => group.items);
}

function withoutDirectives<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutDirectives) as T;
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('$'));
  return Object.fromEntries(entries.map(([key, member]) => [key, withoutDirectives(member)])) as T;
}
