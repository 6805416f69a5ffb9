import { expect, test } from 'vitest';
import { createObjectStore } from '../kube-apiserver/object-store.ts';
import { configMaps } from '../kube-apiserver/resource-types.ts';
import { tunnelPortsIn } from './tunnel-port-config-map.ts';

const KEY = 'tunnelportrecord.kubeedge.io';
const record = {
  ipTunnelPort: { '192.168.1.17': 10_351, '192.168.1.16': 10_350 },
  port: { 10350: true, 10351: true },
};

test('ConfigMap kubeedge/tunnelport has the record as Go marshals it', () => {
  const store = createObjectStore(() => 0);
  const tunnelPorts = tunnelPortsIn(store);
  expect(tunnelPorts.read()).toBeUndefined();
  tunnelPorts.write(record);
  expect(store.of(configMaps).get('tunnelport', 'kubeedge')?.metadata.annotations).toEqual({
    [KEY]: '{"ipTunnelPort":{"192.168.1.16":10350,"192.168.1.17":10351},"port":{"10350":true,"10351":true}}',
  });
  expect(tunnelPorts.read()).toEqual(record);
});

test('what a person writes there is read, and other members of it stay', () => {
  const store = createObjectStore(() => 0);
  const objects = store.of(configMaps);
  const annotations = { [KEY]: '{"ipTunnelPort":{"10.0.0.9":10400}}', mine: 'kept' };
  objects.put({ metadata: { name: 'tunnelport', namespace: 'kubeedge', annotations }, data: { a: 'b' } });
  const tunnelPorts = tunnelPortsIn(store);
  expect(tunnelPorts.read()).toEqual({ ipTunnelPort: { '10.0.0.9': 10_400 }, port: {} });
  tunnelPorts.write(record);
  const object = objects.get('tunnelport', 'kubeedge');
  expect(object?.metadata.annotations?.['mine']).toBe('kept');
  expect(object?.data).toEqual({ a: 'b' });
});

test.each([undefined, '', '{', 'null', '{"ipTunnelPort":{"10.0.0.9":"10400"}}', '{"port":[]}'])(
  'a spoiled record %j is an error',
  (text) => {
    const store = createObjectStore(() => 0);
    const annotations: Record<string, string> = text === undefined ? {} : { [KEY]: text };
    store.of(configMaps).put({ metadata: { name: 'tunnelport', namespace: 'kubeedge', annotations } });
    expect(() => tunnelPortsIn(store).read()).toThrow();
  },
);
