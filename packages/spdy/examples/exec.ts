import {
  answerUpgrade,
  kubeletProtocols,
  RemoteCommandClient,
  RemoteCommandServer,
  upgradeRequestHeaders,
  wantsOfQuery,
} from '@kubeedge-sim/spdy';

const answer = answerUpgrade(upgradeRequestHeaders(['v4.channel.k8s.io']), kubeletProtocols);
const wants = wantsOfQuery('input=1&output=1&error=1');
if (!answer.accepted || 'refusal' in wants) throw new Error('the kubelet refuses');
const server = new RemoteCommandServer({ protocol: answer.protocol, wants });
const client = new RemoteCommandClient({ protocol: answer.protocol, wants });

// There is no connection here: what one side gives out is what the other receives.
for (let quiet = false; !quiet; ) {
  const [toServer, toClient] = [client.takeOutput(), server.takeOutput()];
  quiet = toServer.length === 0 && toClient.length === 0;
  for (const event of toServer.flatMap((bytes) => server.receive(bytes))) {
    if (event.type === 'stdin') server.write('stdout', event.data);
    if (event.type === 'stdin-end') server.finish({ type: 'exited', code: 7 });
  }
  for (const event of toClient.flatMap((bytes) => client.receive(bytes))) {
    if (event.type === 'ready') client.writeStdin(new TextEncoder().encode('hello 边缘'));
    if (event.type === 'ready') client.endStdin();
    if (event.type === 'stdout') console.log(new TextDecoder().decode(event.data));
    if (event.type === 'done') console.log(event.result);
  }
}
