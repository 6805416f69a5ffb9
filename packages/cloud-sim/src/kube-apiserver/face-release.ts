/** What differs between releases of Kubernetes as far as clients of this face see it. */
export interface FaceRelease {
  /** Whether objects say their own path (RemoveSelfLink, on from 1.20). */
  readonly selfLinks: boolean;
  /** Whether a watch may begin with what there is (WatchList: on in 1.32, off in 1.33, on from 1.34). */
  readonly watchList: boolean;
  /** Before 1.27 an apiserver knew nothing of `sendInitialEvents`. */
  readonly knowsInitialEvents: boolean;
  /** Whether TokenReview and SubjectAccessReview are served as v1beta1, too (up to 1.21). */
  readonly betaReviews: boolean;
  /** How a name that is no DNS-1123 subdomain is refused, and one that is no DNS-1035 label. */
  readonly subdomainRule: string;
  readonly labelRule: string;
  /** The same of one that is no DNS-1123 label, e.g. a container's. */
  readonly dnsLabelRule: string;
  /** What may be changed of a pod, in the words of the release. */
  readonly mutablePodFields: string;
  /** Whether a negative terminationGracePeriodSeconds may be set to 1 (from 1.22). */
  readonly mutableGracePeriod: boolean;
}

/** Of a version such as `v1.19.8`. Sources: apiserver v0.19.10, v0.32.10, v0.36.2 pkg/features/kube_features.go. */
export function faceRelease(version: string): FaceRelease {
  const minor = Number(/^v1\.(\d+)/.exec(version)?.[1] ?? 19);
  const lowercase = minor >= 21 ? 'a lowercase RFC 1123 subdomain' : 'a DNS-1123 subdomain';
  const fields = [
    '`spec.containers[*].image`',
    '`spec.initContainers[*].image`',
    '`spec.activeDeadlineSeconds`',
  ];
  const additions = '(only additions to existing tolerations)';
  return {
    selfLinks: minor < 20,
    watchList: minor === 32 || minor >= 34,
    knowsInitialEvents: minor >= 27,
    betaReviews: minor < 22,
    // kubernetes/apimachinery v0.19.10, v0.22.6 pkg/util/validation/validation.go
    subdomainRule:
      `${lowercase} must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an ` +
      "alphanumeric character (e.g. 'example.com', regex used for validation is " +
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    dnsLabelRule:
      `${minor >= 21 ? 'a lowercase RFC 1123 label' : 'a DNS-1123 label'} must consist of lower case alphanumeric ` +
      "characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex " +
      "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    labelRule:
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic " +
      "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is " +
      "'[a-z]([-a-z0-9]*[a-z0-9])?')",
    // kubernetes/kubernetes v1.19.10, v1.32.10 pkg/apis/core/validation/validation.go ValidatePodUpdate
    mutablePodFields:
      minor < 22
        ? `${fields.join(', ')} or \`spec.tolerations\` ${additions}`
        : `${fields.join(',')},\`spec.tolerations\` ${additions},\`spec.terminationGracePeriodSeconds\` ` +
          '(allow it to be set to 1 if it was previously negative)',
    mutableGracePeriod: minor >= 22,
  };
}
