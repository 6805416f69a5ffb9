export { EDGED_PATHS } from './routes.ts';
export { type EdgedOptions, startEdged } from './server.ts';
