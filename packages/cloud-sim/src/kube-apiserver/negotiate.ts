/** In what form a client wants objects. JSON is all we write, so other types of content are passed over. */
export interface Wanted {
  as?: 'Table' | 'PartialObjectMetadata';
  version: 'v1' | 'v1beta1';
}

/**
 * Reads an Accept header: the first range that we can answer decides
 * (kubernetes/apiserver v0.19.3 pkg/endpoints/handlers/negotiation/negotiate.go).
 */
export function negotiate(accept: string | undefined): Wanted {
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (!/^(application\/json|application\/\*|\*\/\*)$/.test(type)) continue;
    const value = (name: string) =>
      parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
    const as = value('as');
    if (as === undefined) return { version: 'v1' };
    const version = value('v');
    if (value('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue;
    if (as === 'Table') return { as, version };
    if (as.startsWith('PartialObjectMetadata')) return { as: 'PartialObjectMetadata', version };
  }
  return { version: 'v1' };
}
