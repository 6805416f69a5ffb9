import type { PodDescription } from '../../machine/description.ts';
import type { OutgoingMessage } from './edgehub.ts';

/** How a release tells the cloud of its pods: as it does of its node. */
export interface StatusTraits {
  /** The embedded kubelet's patches (v1.12.0 and later) instead of edged's own whole statuses. */
  patch: boolean;
  /** Whether what is a patch or an option is sent in base64. */
  patchInBase64: boolean;
}

const metaMessage = (operation: string, resource: string, content: unknown): OutgoingMessage => ({
  source: 'edged',
  group: 'meta',
  operation,
  resource,
  content,
});

const encoded = (value: object, { patchInBase64 }: StatusTraits) => {
  const text = JSON.stringify(value);
  return patchInBase64 ? Buffer.from(text).toString('base64') : text;
};

/**
 * The status of a pod.
 * kubeedge v1.6.1 edge/pkg/metamanager/client/podstatus.go Update; v1.12.0, v1.12.1 pod.go Patch
 */
export function podStatusMessage(
  { namespace, name, uid }: PodDescription,
  status: object,
  traits: StatusTraits,
): OutgoingMessage {
  if (!traits.patch) {
    const content = { UID: uid, Name: name, Status: status };
    return metaMessage('update', `${namespace}/podstatus/${name}`, content);
  }
  const patch = { metadata: { uid }, status };
  return metaMessage('patch', `${namespace}/podpatch/${name}`, encoded(patch, traits));
}

/**
 * The kubelet's last word on a pod: its object may go, if it is still the same. v1.12.0 sends Go's bytes.
 * kubeedge v1.12.0, v1.12.1 edge/pkg/metamanager/client/pod.go Delete; kubernetes v1.22.6
 * pkg/kubelet/status/status_manager.go syncPod
 */
export function podDeletion({ namespace, name, uid }: PodDescription, traits: StatusTraits): OutgoingMessage {
  const options = { gracePeriodSeconds: 0, preconditions: { uid } };
  return metaMessage(
    'delete',
    `${namespace}/pod/${name}`,
    traits.patchInBase64 ? encoded(options, traits) : options,
  );
}
