import type { Pod } from './objects.ts';
import { badRequest, type Status } from './status.ts';

/**
 * The container a request on a pod is for, or what is wrong with it.
 * kubernetes v1.19.10 pkg/registry/core/pod/strategy.go LogLocation, streamLocation, validateContainer
 */
export function containerOf({ metadata: { name }, spec }: Pod, wanted: string): string | Status {
  const names = spec.containers.map((container) => container.name);
  if (wanted !== '') {
    return names.includes(wanted) ? wanted : badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  const choice = only === undefined ? '' : `, choose one of: [${names.join(' ')}]`;
  return badRequest(`a container name must be specified for pod ${name}${choice}`);
}
