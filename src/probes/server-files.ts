export { serverFiles as default } from '../domain/server-files.ts';
