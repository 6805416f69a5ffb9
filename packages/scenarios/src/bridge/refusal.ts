import { UsageError } from '../usage-error.ts';
import type { ApiError } from './api-client.ts';

/** What a person can do about an API server that does not do what it is asked, in their words. */
export function refusal(kubeconfig: string, error: ApiError): UsageError {
  return new UsageError(`Tried ${error.message}. ${remedy(kubeconfig, error)}`);
}

/** A sentence or two. */
export function remedy(kubeconfig: string, { status, code = '', message }: ApiError): string {
  if (status === 401)
    return `Nobody is known there by what ${kubeconfig} has: its certificate or token may have expired. Get a new one.`;
  if (status === 403)
    return (
      'The user needs create, get, list, watch, patch, update and delete of nodes and of leases in kube-node-lease, patch ' +
      'and update of nodes/status and pods/status, and get, list, watch and delete of pods. See docs/kubeconfig.md.'
    );
  if (status === 0 && /CERT|certificate|SELF_SIGNED|UNABLE_TO/i.test(`${code} ${message}`))
    return (
      `The certificates of ${kubeconfig} and of the server do not fit, or one has expired: look at ` +
      '`openssl x509 -enddate` of both.'
    );
  if (status === 0) return `Is the server up, and is its address in ${kubeconfig} the right one from here?`;
  return `Does \`kubectl --kubeconfig ${kubeconfig} get nodes\` work?`;
}
