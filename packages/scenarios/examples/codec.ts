import { decodeMessage, dialectOf, encodeMessage, messageTypeGoName, messageTypes } from '@kubeedge-sim/wire';

const dialect = dialectOf('v1.6.1');
const bytes = encodeMessage({
  connectId: 300,
  type: messageTypes.DATA,
  data: new TextEncoder().encode('{"node":{}}'),
});
const message = decodeMessage(bytes, { bodyBytesMax: dialect.bodyBytesMax });
console.log(
  message.connectId,
  messageTypeGoName(message.type, dialect),
  new TextDecoder().decode(message.data),
);
