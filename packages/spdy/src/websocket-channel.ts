// apimachinery v0.32.0 pkg/util/remotecommand/constants.go, client-go v0.32.0 tools/remotecommand/websocket.go.
import { spdyError } from './errors.ts';
import type { StreamType } from './remotecommand/protocols.ts';

/** The WebSocket subprotocol that kubectl 1.31 and later ask for first. */
export const webSocketProtocol = 'v5.channel.k8s.io';

/** The first byte of each binary message. */
export const channelNumbers = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  error: 3,
  resize: 4,
} as const satisfies Record<StreamType, number>;

const closeChannel = 255;

export type ChannelMessage =
  | { readonly type: 'data'; readonly channel: StreamType; readonly data: Uint8Array }
  /** The sender sends nothing more on this channel. */
  | { readonly type: 'close'; readonly channel: StreamType }
  /** A channel that this protocol does not have; client-go logs it and goes on. */
  | { readonly type: 'unknown'; readonly number: number };

/** A message of one channel. */
export function encodeChannelData(channel: StreamType, data: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + data.length);
  message[0] = channelNumbers[channel];
  message.set(data, 1);
  return message;
}

/** The half-close that v5 brought. */
export function encodeChannelClose(channel: StreamType): Uint8Array {
  return Uint8Array.of(closeChannel, channelNumbers[channel]);
}

/**
 * Reads one binary message; `data` is a view on it.
 *
 * @throws SpdyError SPDY_ERR_CHANNEL_MESSAGE for one without a channel, or a close of nothing
 */
export function decodeChannelMessage(message: Uint8Array): ChannelMessage {
  const [number, closed] = message;
  if (number === undefined) throw spdyError('SPDY_ERR_CHANNEL_MESSAGE', { found: 'it is empty' });
  if (number === closeChannel) {
    if (message.length !== 2 || closed === undefined) {
      throw spdyError('SPDY_ERR_CHANNEL_MESSAGE', { found: `it closes ${message.length - 1} channels` });
    }
    const channel = channelOf(closed);
    return channel === undefined ? { type: 'unknown', number: closed } : { type: 'close', channel };
  }
  const channel = channelOf(number);
  return channel === undefined
    ? { type: 'unknown', number }
    : { type: 'data', channel, data: message.subarray(1) };
}

function channelOf(number: number): StreamType | undefined {
  return (Object.keys(channelNumbers) as StreamType[]).find((name) => channelNumbers[name] === number);
}
