import type { BeehiveMessage } from '@kubeedge-sim/wire';
import type { Edgehub } from './edgehub.ts';

const kept = ['insert', 'update', 'delete'];

/**
 * Tells the cloud that an object has arrived; upstream stores it as well. edged acts on it.
 * kubeedge v1.6.1 edge/pkg/metamanager/process.go processInsert, processUpdate, processDelete
 */
export function acknowledge(edgehub: Edgehub, message: BeehiveMessage): void {
  if (!kept.includes(message.operation)) return;
  const { id: parentId, source, group, resource } = message;
  edgehub.send({ parentId, source, group, resource, operation: 'response', content: 'OK' });
}
