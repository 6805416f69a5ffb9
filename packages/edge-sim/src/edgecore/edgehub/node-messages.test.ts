import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { initialNode, type NodeReport, nodePatch, nodeStatusRequest } from './node-messages.ts';

const url = new URL('../../../fixtures/edgehub/node-messages.json', import.meta.url);
const captured = JSON.parse(readFileSync(url, 'utf8')) as Record<'insert' | 'update', unknown>;
const capturedAtMs = Date.UTC(2026, 10, 23, 3, 23, 35);

/** What the captured edgecore said of itself. */
const report: NodeReport = {
  ready: true,
  kubeletVersion: 'v1.19.3-kubeedge-v0.0.0-master+$Format:%h$',
  containerRuntimeVersion: 'docker://20.10.24+dfsg1',
  kernelVersion: '6.18.44-fc-v669',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  machineId: 'machine',
  bootId: 'boot',
  internalIp: '10.99.0.1',
  hostname: 'real-edge',
  port: 10_350,
  patch: false,
  cpu: '2',
  memory: '24105Mi',
  pods: '110',
};

/** edged keeps some memory for itself; the simulated one does not. */
const withAllMemory = (content: unknown) => JSON.stringify(content).replaceAll('"24005Mi"', '"24105Mi"');

test('a registration is edgecore’s, byte for byte', () => {
  expect(JSON.stringify(initialNode(report))).toBe(withAllMemory(captured.insert));
});

test('a status is edgecore’s, byte for byte', () => {
  expect(JSON.stringify(nodeStatusRequest(report, capturedAtMs))).toBe(withAllMemory(captured.update));
});

test('an embedded kubelet names its Node and its machine, and patches a port only where it has one', () => {
  const { port: _, ...without } = { ...report, patch: true };
  expect(initialNode({ ...report, patch: true })).toMatchObject({
    metadata: { name: 'real-edge' },
    status: { daemonEndpoints: { kubeletEndpoint: { Port: 10_350 } }, nodeInfo: { machineID: 'machine' } },
  });
  const read = (patch: string) => JSON.parse(patch).status;
  expect(read(nodePatch(without, capturedAtMs))).not.toHaveProperty('daemonEndpoints');
  const text = nodePatch({ ...report, patch: true }, capturedAtMs);
  expect(read(text)).toHaveProperty('daemonEndpoints');
  const bytes = nodePatch({ ...report, patch: true, patchInBase64: true }, capturedAtMs);
  expect(Buffer.from(bytes, 'base64').toString()).toBe(text);
});

test('an engine that does not answer makes the node not ready', () => {
  const { Status } = nodeStatusRequest({ ...report, ready: false }, capturedAtMs);
  expect(Status.conditions).toMatchObject([{ type: 'Ready', status: 'False', reason: 'EdgeNotReady' }]);
});
