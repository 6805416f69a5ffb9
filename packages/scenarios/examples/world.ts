import { createHttpServer, createMemoryWorld, httpRequest, listenHttp } from '@kubeedge-sim/sim-kit';

await using world = createMemoryWorld({ seed: 7 });
const server = world.net.host({ name: 'server', address: '10.0.0.1' });
const client = world.net.host({ name: 'client', address: '10.0.0.2' });
world.net.link(client, server).delayMs = 250;

await world.run(async () => {
  const startedAtMs = world.clock.now();
  const hello = createHttpServer((_request, response) => response.end('hello'));
  world.own(await listenHttp(server, { port: 80 }, { component: 'hello' }, hello));

  const answer = await httpRequest(client, {
    target: { address: server.address, port: 80 },
    component: 'tester',
    path: '/',
  });
  console.log(await answer.text(), `after ${world.clock.now() - startedAtMs} ms of virtual time`);
});
