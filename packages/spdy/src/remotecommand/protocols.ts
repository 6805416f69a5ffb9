// apimachinery v0.32.0 pkg/util/remotecommand/constants.go, kubernetes v1.19.3
// pkg/kubelet/cri/streaming/remotecommand/httpstream.go (vendored by kubeedge v1.6.1).

/** What exec and attach may speak, newest first. Over SPDY v5 is v4: it adds a close signal to WebSockets only. */
export const remoteCommandProtocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
] as const;

export type RemoteCommandProtocol = (typeof remoteCommandProtocols)[number];

/** What a kubelet accepts over SPDY, up to v1.32 at least: SupportedStreamingProtocols has no v5. */
export const kubeletProtocols: readonly RemoteCommandProtocol[] = remoteCommandProtocols.slice(1);

/** How long a kubelet waits for the client to open its streams: DefaultStreamCreationTimeout. In milliseconds. */
export const streamCreationTimeoutMs = 30_000;

/** How long a client waits for the SYN_REPLY of each stream: createStreamResponseTimeout. In milliseconds. */
export const streamReplyTimeoutMs = 30_000;

/** Values of the header `streamtype` that each stream opens with. */
export const streamTypes = ['error', 'stdin', 'stdout', 'stderr', 'resize'] as const;
export type StreamType = (typeof streamTypes)[number];

export const streamTypeHeader = 'streamtype';

/** v3 brought the stream of terminal sizes. */
export function hasResizeStream(protocol: RemoteCommandProtocol): boolean {
  return protocol !== 'channel.k8s.io' && protocol !== 'v2.channel.k8s.io';
}

/** v4 brought the exit code: a Status as JSON instead of plain text on the error stream. */
export function hasStatusJson(protocol: RemoteCommandProtocol): boolean {
  return protocol === 'v4.channel.k8s.io' || protocol === 'v5.channel.k8s.io';
}

/** Which streams a request asks for. */
export type RemoteCommandWants = {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
};

/**
 * Reads the query of a kubelet's exec or attach URL (`input=1&output=1&error=1&tty=1`), as NewOptions does: only `1`
 * counts, and a TTY has no stderr.
 *
 * @returns the streams, or the text that a kubelet answers with (400)
 */
export function wantsOfQuery(query: string): RemoteCommandWants | { readonly refusal: string } {
  const parameters = new URLSearchParams(query);
  const has = (name: string) => parameters.get(name) === '1';
  const tty = has('tty');
  const wants = { stdin: has('input'), stdout: has('output'), stderr: has('error') && !tty, tty };
  if (wants.stdin || wants.stdout || wants.stderr) return wants;
  return { refusal: 'you must specify at least 1 of stdin, stdout, stderr' };
}

/** The streams of an exec or attach, in the order in which client-go opens them (tools/remotecommand/v2.go, v3.go). */
export function expectedStreams(protocol: RemoteCommandProtocol, wants: RemoteCommandWants): StreamType[] {
  const wanted: Record<StreamType, boolean> = {
    error: true,
    stdin: wants.stdin,
    stdout: wants.stdout,
    stderr: wants.stderr && !wants.tty,
    resize: wants.tty && hasResizeStream(protocol),
  };
  return streamTypes.filter((type) => wanted[type]);
}
