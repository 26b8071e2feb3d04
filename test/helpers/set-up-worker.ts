/** Loaded before each file of tests; what it imports runs once in each worker. */
import './end-with-the-run.ts';
import './poison-buffers.ts';
