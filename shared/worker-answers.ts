/** What every worker answers alike, whoever watches it: that of `run` and that of a cluster. */

/** Message of `GET /health` while all is well. Source: KIP-1017, `WorkerStatus.healthy()`. */
export const HEALTHY_MESSAGE = 'Worker has completed startup and is ready to handle requests.';

/** Content type of `GET /metrics`. Source: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
