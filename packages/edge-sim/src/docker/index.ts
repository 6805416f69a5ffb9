import './trace-kinds.ts';

export {
  DOCKER_SOCKET_PATH,
  type DockerEngine,
  type DockerEngineOptions,
  startDockerEngine,
} from './engine.ts';
export { type EngineProfile, engineProfile, knownEngineVersions } from './engine-profile.ts';
