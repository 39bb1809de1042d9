export { IMAGE_FILES } from './images';
export { runJob } from './job';
export { runPod, workFolder } from './pod';
export { expectNoSecret, type WhereToLook } from './secrets';
export type * from './types';
