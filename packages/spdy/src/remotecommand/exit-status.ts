// kubernetes v1.19.3 pkg/kubelet/cri/streaming/remotecommand/exec.go ServeExec, attach.go, httpstream.go
// v1WriteStatusFunc, v4WriteStatusFunc; client-go v0.32.0 tools/remotecommand/v1.go, v2.go, v4.go, errorstream.go.
import { hasStatusJson, type RemoteCommandProtocol } from './protocols.ts';

/** How a command ended, as the server knows it. */
export type CommandEnd =
  /**
   * It ran. `exitText` is how the container runtime's error words a code other than 0; by default as dockershim does,
   * which edged uses.
   */
  | { readonly type: 'exited'; readonly code: number; readonly exitText?: string }
  /** It did not run, or was lost: `error executing command in container: …`, `error attaching to container: …`. */
  | { readonly type: 'failed'; readonly text: string };

/** How a command ended, as the client learns it. */
export type CommandResult =
  | { readonly type: 'success' }
  /** `text` is what kubectl prints. */
  | { readonly type: 'exited'; readonly code: number; readonly text: string }
  | { readonly type: 'error'; readonly text: string };

/** What a kubelet writes on the error stream; undefined when that is nothing. */
export function encodeCommandEnd(protocol: RemoteCommandProtocol, end: CommandEnd): Uint8Array | undefined {
  const status = statusOf(end);
  if (hasStatusJson(protocol)) return new TextEncoder().encode(goJson(status));
  return status.status === 'Success' ? undefined : new TextEncoder().encode(status.message);
}

/** What client-go makes of all that came on the error stream. Nothing is a success, a lost connection included. */
export function decodeCommandResult(protocol: RemoteCommandProtocol, bytes: Uint8Array): CommandResult {
  const text = new TextDecoder().decode(bytes);
  if (text === '') return { type: 'success' };
  if (hasStatusJson(protocol)) return resultOfStatus(text);
  const start = protocol === 'channel.k8s.io' ? 'Error' : 'error';
  return { type: 'error', text: `${start} executing remote command: ${text}` };
}

type Status = {
  readonly metadata: object;
  readonly status: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly causes?: readonly { readonly reason?: string; readonly message?: string }[];
  };
  readonly code?: number;
};

function statusOf(end: CommandEnd): Status {
  if (end.type === 'failed') {
    return {
      metadata: {},
      status: 'Failure',
      message: `Internal error occurred: ${end.text}`,
      reason: 'InternalError',
      details: { causes: [{ message: end.text }] },
      code: 500,
    };
  }
  if (end.code === 0) return { metadata: {}, status: 'Success' };
  const exitText = end.exitText ?? `Error executing in Docker Container: ${end.code}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${exitText}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: `${end.code}` }] },
  };
}

function resultOfStatus(text: string): CommandResult {
  let status: Partial<Status>;
  try {
    status = JSON.parse(text) as Partial<Status>;
  } catch (error) {
    return protocolError(`${(error as Error).message} in ${JSON.stringify(text)}`);
  }
  if (status?.status === 'Success') return { type: 'success' };
  if (status?.status !== 'Failure') return protocolError('unknown error');
  if (status.reason !== 'NonZeroExitCode') return { type: 'error', text: status.message ?? '' };
  if (typeof status.details !== 'object') return protocolError('details must be set');
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (cause === undefined) return protocolError('no ExitCode cause given');
  const message = cause.message ?? '';
  // strconv.ParseUint(…, 10, 8)
  if (!/^\d+$/.test(message) || Number(message) > 255) {
    return protocolError(`invalid exit code value ${JSON.stringify(message)}`);
  }
  const code = Number(message);
  return { type: 'exited', code, text: `command terminated with exit code ${code}` };
}

function protocolError(text: string): CommandResult {
  return { type: 'error', text: `error stream protocol error: ${text}` };
}

/** Go's encoding/json escapes what HTML would read. */
function goJson(value: Status): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
