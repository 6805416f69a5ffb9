const LONGEST = 253;
const SUBDOMAIN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';

/**
 * What is wrong with a node's name, the first of it; undefined when nothing is.
 * kubernetes/apimachinery v0.17.2 pkg/util/validation/validation.go IsDNS1123Subdomain
 */
export function nodeNameProblem(name: string): string | undefined {
  if (Buffer.byteLength(name) > LONGEST) return `must be no more than ${LONGEST} characters`;
  if (new RegExp(`^${SUBDOMAIN}$`).test(name)) return undefined;
  return (
    "a DNS-1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
    `with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`
  );
}
