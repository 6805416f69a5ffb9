import { isDeepStrictEqual } from 'node:util';
import type { FaceRelease } from './face-release.ts';
import type { KubeObject, Pod } from './objects.ts';
import { events, namespaces, pods, type ResourceType, services } from './resource-types.ts';
import { type Cause, invalid, StatusError } from './status.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const serviceLabel = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const qualifiedPart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_LENGTH_MAX = 63;
const SUBDOMAIN_LENGTH_MAX = 253;

/**
 * Checks what no client could mean: names, labels, and what a pod cannot be without. All else is taken as it comes.
 * @throws StatusError 422
 */
export function validateNew(type: ResourceType, object: KubeObject, release: FaceRelease): void {
  const causes: Cause[] = [];
  const { name } = object.metadata;
  if (name === '') causes.push(required('metadata.name', 'name or generateName is required'));
  else
    for (const why of wrongName(type, name, release)) causes.push(invalidValue('metadata.name', name, why));
  causes.push(...wrongLabels(object));
  if (type === pods) causes.push(...wrongContainers((object as unknown as Pod).spec.containers, release));
  refuse(type, object, causes);
}

/** @throws StatusError 422 */
export function validateLabels(type: ResourceType, object: KubeObject): void {
  refuse(type, object, wrongLabels(object));
}

const required = (field: string, what = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: `Required value${what === '' ? '' : `: ${what}`}`,
  field,
});

const invalidValue = (field: string, value: string, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});

/** kubernetes/kubernetes v1.19.10 pkg/apis/core/validation/validation.go Validate…Name */
function wrongName(type: ResourceType, name: string, release: FaceRelease): string[] {
  // An event's is made of another object's, and has only to fit into a path.
  if (type === events) return wrongPathSegment(name);
  if (type === services) return wrongText(name, serviceLabel, release.labelRule, LABEL_LENGTH_MAX);
  if (type === namespaces) return wrongText(name, label, release.dnsLabelRule, LABEL_LENGTH_MAX);
  return wrongText(name, subdomain, release.subdomainRule, SUBDOMAIN_LENGTH_MAX);
}

function wrongText(text: string, pattern: RegExp, rule: string, lengthMax: number): string[] {
  return [
    ...(text.length > lengthMax ? [`must be no more than ${lengthMax} characters`] : []),
    ...(pattern.test(text) ? [] : [rule]),
  ];
}

/** kubernetes/apimachinery v0.19.10 pkg/api/validation/path/name.go IsValidPathSegmentName */
export function wrongPathSegment(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
}

/** kubernetes/apimachinery v0.19.10 pkg/apis/meta/v1/validation/validation.go ValidateLabels */
function wrongLabels({ metadata: { labels = {} } }: KubeObject): Cause[] {
  const rule = (what: string, example: string, pattern: string) =>
    `${what} must ${what === 'a valid label' ? 'be an empty string or ' : ''}consist of alphanumeric characters, '-', '_' or ` +
    `'.', and must start and end with an alphanumeric character (e.g. ${example}, regex used for validation is '${pattern}')`;
  const part = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
  return Object.entries(labels).flatMap(([key, value]) => {
    const [name = '', prefix] = key.split('/', 2).reverse();
    const wrongKey =
      name.length > LABEL_LENGTH_MAX ||
      !qualifiedPart.test(name) ||
      (prefix !== undefined && !subdomain.test(prefix));
    const wrongValue = value !== '' && !qualifiedPart.test(value);
    return [
      ...(wrongKey
        ? [
            invalidValue(
              'metadata.labels',
              key,
              rule('name part', "'MyName',  or 'my.name',  or '123-abc'", part),
            ),
          ]
        : []),
      ...(value.length > LABEL_LENGTH_MAX
        ? [invalidValue('metadata.labels', value, `must be no more than ${LABEL_LENGTH_MAX} characters`)]
        : []),
      ...(wrongValue
        ? [
            invalidValue(
              'metadata.labels',
              value,
              rule('a valid label', "'MyValue',  or 'my_value',  or '12345'", `(${part})?`),
            ),
          ]
        : []),
    ];
  });
}

function wrongContainers(containers: Pod['spec']['containers'] = [], release: FaceRelease): Cause[] {
  if (containers.length === 0) return [required('spec.containers')];
  const names = containers.map(({ name }) => name);
  return containers.flatMap(({ name, image }, at) => {
    const field = `spec.containers[${at}]`;
    const wrong = name ? wrongText(name, label, release.dnsLabelRule, LABEL_LENGTH_MAX) : [];
    return [
      ...(name ? [] : [required(`${field}.name`)]),
      ...wrong.map((why) => invalidValue(`${field}.name`, name, why)),
      ...(name && names.indexOf(name) < at
        ? [
            {
              reason: 'FieldValueDuplicate',
              message: `Duplicate value: ${JSON.stringify(name)}`,
              field: `${field}.name`,
            },
          ]
        : []),
      ...(image ? [] : [required(`${field}.image`)]),
    ];
  });
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
