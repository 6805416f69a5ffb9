/** Objects of which the keys are data: names of labels, networks and the like. */
const MAPS = ['Labels', 'Networks', 'networks', 'stats', 'Data'];

/** The paths of all fields in a JSON value, e.g. `State.Pid`, sorted; entries of arrays count as one. */
export function fieldPaths(value: unknown): string[] {
  const paths = new Set<string>();
  collect(value, '', paths);
  return [...paths].sort();
}

function collect(value: unknown, prefix: string, paths: Set<string>): void {
  if (Array.isArray(value)) {
    for (const entry of value) collect(entry, prefix, paths);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    paths.add(path);
    if (!MAPS.includes(key)) collect(field, path, paths);
    else if (key === 'Networks')
      for (const entry of Object.values(field ?? {})) collect(entry, `${path}.*`, paths);
  }
}
