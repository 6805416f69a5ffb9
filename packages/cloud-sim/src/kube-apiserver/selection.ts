import type { KubeObject } from './objects.ts';
import { builtInTypes, type ResourceType } from './resource-types.ts';
import { type FieldTerm, parseFieldTerms, parseLabelSelector } from './selectors.ts';
import { badRequest, StatusError } from './status.ts';
import type { TypedObjects } from './typed-objects.ts';

/** What a list or a watch is about. */
export interface Selection {
  matches(object: KubeObject): boolean;
  /** The objects that match, in their order. */
  list(objects: TypedObjects): KubeObject[];
}

export interface SelectionQuery {
  labelSelector?: string;
  fieldSelector?: string;
}

/**
 * Reads the selectors of a query.
 * @throws StatusError 400 for one that cannot be read, or that names a field that the type has not
 */
export function selectionOf(
  type: ResourceType,
  namespace: string | undefined,
  { labelSelector = '', fieldSelector = '' }: SelectionQuery,
): Selection {
  const labels = parseLabelSelector(labelSelector);
  if (labels === undefined)
    throw new StatusError(badRequest(`unable to parse requirement: ${labelSelector}`));
  const terms = parseFieldTerms(fieldSelector);
  if (terms === undefined)
    throw new StatusError(
      badRequest(`invalid selector: '${fieldSelector}'; can't understand '${fieldSelector}'`),
    );
  const fields = terms.map((term) => knownField(type, term));
  const fieldsMatch = (object: KubeObject) => {
    const values = fieldsOf(type, object);
    return fields.every(({ field, value, equal }) => (values[field] === value) === equal);
  };
  const matches = (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels(object.metadata.labels ?? {}) &&
    (fields.length === 0 || fieldsMatch(object));
  const wanted = (field: string | undefined) =>
    fields.find((term) => term.equal && term.field === field)?.value;
  return {
    matches,
    list(objects) {
      const name = wanted('metadata.name');
      if (name !== undefined && (namespace !== undefined || !type.namespaced)) {
        const object = objects.get(name, namespace);
        return object !== undefined && matches(object) ? [object] : [];
      }
      const value = wanted(type.indexedField);
      const found = value === undefined ? undefined : objects.indexed(value);
      if (found !== undefined) return found.filter(matches).sort(byKey);
      const objectsThere = objects.list(namespace);
      return labelSelector === '' && fields.length === 0 ? objectsThere : objectsThere.filter(matches);
    },
  };
}

function fieldsOf(type: ResourceType, object: KubeObject): Readonly<Record<string, string>> {
  const { name, namespace } = object.metadata;
  return {
    'metadata.name': name,
    ...(type.namespaced && { 'metadata.namespace': namespace ?? '' }),
    ...type.fields?.(object),
  };
}

/** spec.host is what spec.nodeName was called (kubernetes v1.19.10 pkg/apis/core/v1/conversion.go). */
function knownField(type: ResourceType, term: FieldTerm): FieldTerm {
  const { plural, namespaced } = type;
  const field = plural === 'pods' && term.field === 'spec.host' ? 'spec.nodeName' : term.field;
  // Any object tells the names of its fields, an empty one, too.
  const names = Object.keys(type.fields?.(emptyObject) ?? {});
  const isCore = builtInTypes.includes(type) && type.fields !== undefined;
  if (field === 'metadata.name' || names.includes(field)) return { ...term, field };
  // The conversion that types without fields of their own share lets a namespace be asked for in any case.
  if (field === 'metadata.namespace' && (namespaced || !isCore)) return { ...term, field };
  throw new StatusError(
    badRequest(
      isCore
        ? `field label not supported: ${field}`
        : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
    ),
  );
}

const emptyObject = {
  kind: '',
  apiVersion: '',
  metadata: { name: '', uid: '', resourceVersion: '', creationTimestamp: '' },
  spec: {},
  status: {},
  involvedObject: {},
};

function byKey({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number {
  const keyOf = (namespace = '', name: string) => `${namespace}/${name}`;
  return keyOf(a.namespace, a.name) < keyOf(b.namespace, b.name) ? -1 : 1;
}
