/** A function at Function Compute, 3.0 or 2.0, called synchronously or through its queue.
 *
 *  Guarantee: at least once. A call whose answer was lost is sent again, so the function may see records twice. Synchronously a record is
 *  written when the function answered; asynchronously when the queue took the batch (202, or 409: it has taken this call before), and what the
 *  function does then nobody hears here. If the process dies in a call, its records are not committed, and the next owner sends them again. */
import type { buildConnector } from 'undici';
import type { Clock } from '../../../../shared/clock.ts';
import { type EnvelopeOptions, encodeEnvelope } from '../../../../shared/envelope/encode.ts';
import type { Buffers } from '../../../../shared/envelope/output-buffer.ts';
import { FatalError } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/logger.ts';
import type { BatchOutcome } from '../../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../../shared/records.ts';
import { FunctionChannel } from '../function-channel.ts';
import { functionError, headerOf } from '../function-error.ts';
import type { FunctionReply } from '../http-exchange.ts';
import type { InvokeContext, Invoker } from '../invoker.ts';
import { readAnswer } from '../read-answer.ts';
import { asyncTaskId } from './async-task-id.ts';
import { classifyRefusal, doubtful } from './classify.ts';
import type { FcCredentialSource } from './credentials.ts';
import type { FcApi, FcCall } from './fc-api.ts';
import { type FcCallRules, type FcFunction, functionText, missingStatement } from './fc-function.ts';
import { lookAtFunction } from './function-look.ts';
import { refusalOf, requestIdOf } from './reply.ts';

export interface FcInvokerOptions {
  readonly fn: FcFunction;
  readonly rules: FcCallRules;
  readonly api: FcApi;
  readonly credentials: FcCredentialSource;
  readonly envelope: EnvelopeOptions;
  /** Of the connector and its group, for the ids of asynchronous calls. */
  readonly connector: string;
  readonly groupId: string;
  /** False: a sink of ours, whose answer must say what became of each record. */
  readonly userFunction: boolean;
  /** For the look at the function before the first batch. */
  readonly invokeTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where bodies of requests come from; those of the process by default. */
  readonly buffers?: Buffers;
  /** How connections are opened; by undici's own when absent. */
  readonly dial?: typeof buildConnector | undefined;
}

export function createFcInvoker(options: FcInvokerOptions): Invoker {
  const { fn, userFunction, clock, buffers, dial } = options;
  const channel = new FunctionChannel({ origin: fn.origin, userFunction, clock, buffers, dial });
  return {
    open: async (_topics, context) => lookAtFunction(channel, options, context),
    async invoke(batch, context) {
      const call = callOf(batch, options, context);
      const reply = await channel.send((bodies) => request(batch, call, options, bodies), context);
      return call.mode === 'async' ? readAccepted(reply, batch, call, options) : readReply(reply, batch, options);
    },
    close: () => channel.close(),
  };
}

function callOf(
  batch: RecordBatch,
  { rules, connector, groupId }: FcInvokerOptions,
  { occasion }: InvokeContext,
): FcCall {
  const { mode, logTail, taskIds } = rules;
  return { mode, logTail, taskId: taskIds ? asyncTaskId(batch, { connector, groupId, occasion }) : undefined };
}

function request(
  batch: RecordBatch,
  call: FcCall,
  { api, credentials, envelope }: FcInvokerOptions,
  bodies: Buffers,
): ReturnType<FcApi['invoke']> {
  const who = credentials();
  // The body last: nothing that fails before it would give it back.
  if (who instanceof Promise) {
    return who.then((keys) => api.invoke(call, encodeEnvelope(batch, envelope, bodies), keys));
  }
  return api.invoke(call, encodeEnvelope(batch, envelope, bodies), who);
}

function readReply(reply: FunctionReply, batch: RecordBatch, options: FcInvokerOptions): BatchOutcome {
  const { status, body } = reply;
  const failure = functionError(reply, options.userFunction);
  if (failure !== undefined) throw failure;
  if (status < 200 || status >= 300) throw refused(reply, options);
  // Whatever stands between us and the service may answer anything with a 200; the service itself names each request.
  if (requestIdOf(reply) === undefined) throw doubtful(status);
  return readAnswer(body, batch, options.userFunction, 'fc.function.name');
}

/** The queue has it, or had it before: then an answer was lost, or another owner of the partition sent it. */
function readAccepted(
  reply: FunctionReply,
  batch: RecordBatch,
  { taskId }: FcCall,
  options: FcInvokerOptions,
): BatchOutcome {
  const { status } = reply;
  const errorType = headerOf(reply, 'x-fc-error-type');
  const acceptedBefore = status === 409 && taskId !== undefined && isKnownId(reply, options.clock.now());
  if ((status === 202 && errorType === undefined) || acceptedBefore) {
    if (requestIdOf(reply) === undefined) throw doubtful(status);
    if (acceptedBefore) {
      const { topic, partition, firstOffset, count: records } = batch;
      options.logger.info(
        { topic, partition, firstOffset, records },
        'the call was accepted before: it is not run a second time',
      );
    }
    return { all: 'written', count: batch.count };
  }
  if (status >= 200 && status < 300) {
    throw new FatalError(
      'FC_NOT_QUEUED',
      `HTTP ${status}${errorType === undefined ? '' : ` (${errorType})`} to an asynchronous call of ${functionText(options.fn)}, and only 202 without an error says that it is queued; check fc.endpoint, and proxies on the way`,
    );
  }
  throw refused(reply, options);
}

/** `StatefulAsyncInvocationAlreadyExists`, by whatever name: a conflict of another kind queues nothing. */
function isKnownId(reply: FunctionReply, now: number): boolean {
  return /(?<!not)exist|duplicat/i.test(refusalOf(reply, now).code);
}

function refused(reply: FunctionReply, { fn, clock }: FcInvokerOptions): Error {
  return classifyRefusal(refusalOf(reply, clock.now()), {
    what: functionText(fn),
    statement: missingStatement(fn, 'fc:InvokeFunction'),
  });
}
