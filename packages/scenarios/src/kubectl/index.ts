export { INTERRUPTED, type KubectlOptions } from './api-client.ts';
export { type KubectlResult, runKubectl } from './kubectl.ts';
