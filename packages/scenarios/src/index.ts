export { type KubectlOptions, type KubectlResult, runKubectl } from './kubectl/index.ts';
