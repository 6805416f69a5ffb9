import { expect, test } from 'vitest';
import { fromHex, toHex } from './fixture.test-support.ts';
import {
  channelNumbers,
  decodeChannelMessage,
  encodeChannelClose,
  encodeChannelData,
  type StreamType,
} from './index.ts';

const data = fromHex('c3a4');

test.each<[StreamType, string, string]>([
  ['stdin', '00c3a4', 'ff00'],
  ['stdout', '01c3a4', 'ff01'],
  ['stderr', '02c3a4', 'ff02'],
  ['error', '03c3a4', 'ff03'],
  ['resize', '04c3a4', 'ff04'],
])('%s', (channel, dataHex, closeHex) => {
  expect(toHex(encodeChannelData(channel, data))).toBe(dataHex);
  expect(toHex(encodeChannelClose(channel))).toBe(closeHex);
  expect(decodeChannelMessage(fromHex(dataHex))).toEqual({ type: 'data', channel, data });
  expect(decodeChannelMessage(fromHex(closeHex))).toEqual({ type: 'close', channel });
  expect(decodeChannelMessage(Uint8Array.of(channelNumbers[channel]))).toMatchObject({
    data: new Uint8Array(0),
  });
});

test('other channels are told, not thrown', () => {
  expect(decodeChannelMessage(fromHex('0511'))).toEqual({ type: 'unknown', number: 5 });
  expect(decodeChannelMessage(fromHex('ff09'))).toEqual({ type: 'unknown', number: 9 });
});

test.each(['', 'ff', 'ff0001'])('a message %j is refused', (hex) => {
  expect(() => decodeChannelMessage(fromHex(hex))).toThrow(
    expect.objectContaining({ code: 'SPDY_ERR_CHANNEL_MESSAGE' }),
  );
});
