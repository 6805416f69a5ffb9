import { isDeepStrictEqual } from 'node:util';
import type { FaceRelease } from './face-release.ts';
import type { KubeObject, Pod } from './objects.ts';
import { events, pods, type ResourceType, services } from './resource-types.ts';
import { type Cause, invalid, StatusError } from './status.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Checks what no client could mean: names, and what a pod cannot be without. All else is taken as it comes.
 * @throws StatusError 422
 */
export function validateNew(type: ResourceType, object: KubeObject, release: FaceRelease): void {
  const causes: Cause[] = [];
  const { name } = object.metadata;
  const required = (field: string, what = '') =>
    causes.push({
      reason: 'FieldValueRequired',
      message: `Required value${what === '' ? '' : `: ${what}`}`,
      field,
    });
  if (name === '') required('metadata.name', 'name or generateName is required');
  else if (type === services ? !label.test(name) : type !== events && !subdomain.test(name)) {
    const why = type === services ? release.labelRule : release.subdomainRule;
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(name)}: ${why}`,
      field: 'metadata.name',
    });
  }
  if (type === pods) {
    const { containers = [] } = ((object as unknown as Pod).spec ?? {}) as Partial<Pod['spec']>;
    if (containers.length === 0) required('spec.containers');
    containers.forEach((container, at) => {
      if (!container.name) required(`spec.containers[${at}].name`);
      if (!container.image) required(`spec.containers[${at}].image`);
    });
  }
  refuse(type, object, causes);
}

/** What may change in a pod's spec. The first is only a part of each container. */
const mutableOfPod = ['containers', 'initContainers', 'activeDeadlineSeconds', 'tolerations'];

/**
 * Pods cannot be changed but in a few places.
 * @throws StatusError 422
 */
export function validateChange(
  type: ResourceType,
  before: KubeObject,
  after: KubeObject,
  release: FaceRelease,
): void {
  if (type !== pods) return;
  const fixed = (object: KubeObject) => {
    const spec: Record<string, unknown> = { ...(object as unknown as Pod).spec };
    const images = ['containers', 'initContainers'].map((list) =>
      ((spec[list] ?? []) as { image?: string }[]).map(({ image: _image, ...rest }) => rest),
    );
    for (const member of mutableOfPod) delete spec[member];
    if (release.mutableGracePeriod) delete spec['terminationGracePeriodSeconds'];
    return { spec, images };
  };
  if (isDeepStrictEqual(fixed(before), fixed(after))) return;
  const message = `Forbidden: pod updates may not change fields other than ${release.mutablePodFields}`;
  refuse(type, after, [{ reason: 'FieldValueForbidden', message, field: 'spec' }]);
}

function refuse({ kind, group }: ResourceType, { metadata }: KubeObject, causes: Cause[]): void {
  if (causes.length > 0) throw new StatusError(invalid(kind, metadata.name, causes, group));
}
