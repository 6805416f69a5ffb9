export {
  type DockerPassthrough,
  startDockerPassthrough,
} from './passthrough.ts';
export { type ClientClass, type DockerHostProbe, probeDockerHost } from './probe.ts';
export {
  createRealMachine,
  describeDockerHost,
  type EngineIdentity,
  type RealMachine,
} from './real-machine.ts';
