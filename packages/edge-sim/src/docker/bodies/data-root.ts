/** Docker's data root on every machine of the simulation. */
export const DOCKER_ROOT_DIR = '/var/lib/docker';
