import type { KubeObject, ObjectMeta } from './objects.ts';
import { apiVersionOf, type ResourceType } from './resource-types.ts';
import { goJson } from './send.ts';

/** Objects as JSON text. Each is written once, however many lists and watches it goes to. */
export interface ObjectEncoder {
  /** With kind and apiVersion. */
  whole(type: ResourceType, object: KubeObject): string;
  /** As in a list, where items carry no kind of their own. */
  item(type: ResourceType, object: KubeObject): string;
  /** The object as clients see it, not yet written. */
  seen(type: ResourceType, object: KubeObject): KubeObject;
  /** A meta.k8s.io PartialObjectMetadata. */
  partial(type: ResourceType, object: KubeObject, version: 'v1' | 'v1beta1'): object;
}

/** `selfLinks`: whether objects say their own path, as up to Kubernetes 1.19. */
export function createObjectEncoder({ selfLinks }: { selfLinks: boolean }): ObjectEncoder {
  const items = new WeakMap<KubeObject, string>();
  const metadataOf = (type: ResourceType, { metadata }: KubeObject): ObjectMeta => {
    const { name, generateName, namespace, selfLink: _known, ...rest } = metadata;
    return {
      name,
      ...(generateName !== undefined && { generateName }),
      ...(namespace !== undefined && { namespace }),
      ...(selfLinks && { selfLink: pathOf(type, metadata) }),
      ...rest,
    };
  };
  const seen = (type: ResourceType, object: KubeObject): KubeObject => {
    const { kind, apiVersion, metadata: _metadata, ...rest } = object;
    return { kind, apiVersion, metadata: metadataOf(type, object), ...rest };
  };
  const item = (type: ResourceType, object: KubeObject) => {
    let text = items.get(object);
    if (text === undefined) {
      const { kind: _kind, apiVersion: _apiVersion, ...rest } = seen(type, object);
      text = goJson(rest);
      items.set(object, text);
    }
    return text;
  };
  return {
    whole: (type, object) =>
      `{"kind":"${type.kind}","apiVersion":"${apiVersionOf(type)}",${item(type, object).slice(1)}`,
    item,
    seen,
    partial: (type, object, version) => ({
      kind: 'PartialObjectMetadata',
      apiVersion: `meta.k8s.io/${version}`,
      metadata: metadataOf(type, object),
    }),
  };
}

/** `/api/v1/namespaces/default/pods/nginx`. */
function pathOf(type: ResourceType, { name, namespace }: ObjectMeta): string {
  const place = namespace === undefined ? '' : `namespaces/${namespace}/`;
  return `/${type.group === '' ? 'api' : 'apis'}/${apiVersionOf(type)}/${place}${type.plural}/${name}`;
}
