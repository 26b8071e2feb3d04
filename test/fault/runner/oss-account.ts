/** Keys of the stand-in; they open nothing else. */
export const CREDENTIALS = { accessKeyId: 'fault-key', accessKeySecret: 'fault-secret' };
export const BUCKET = 'fault-bucket';
export const REGION = 'cn-hangzhou';
