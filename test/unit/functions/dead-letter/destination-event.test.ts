import { describe, expect, it } from 'vitest';
import { failedCallsOf, tellsOfDestination } from '../../../../functions/dead-letter/destination-event.ts';

const RECORDS = [{ topic: 't', partition: 0, offset: 1, timestamp: 1, overflowFlag: false, value: 'é', valueSize: 2 }];
const TEXT = JSON.stringify(RECORDS);

function told(requestPayload: unknown, more: Readonly<Record<string, unknown>> = {}) {
  return {
    timestamp: '2026-11-22T00:00:00Z',
    requestContext: {
      requestId: 'r-1',
      functionArn: 'acs:fc:cn-hangzhou:1:functions/writer/LATEST',
      condition: 'RetriesExhausted',
      approximateInvokeCount: 4,
    },
    requestPayload,
    responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
    responsePayload: '{"errorMessage":"boom","errorType":"TypeError"}',
    ...more,
  };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const CALL = {
  requestId: 'r-1',
  functionArn: 'acs:fc:cn-hangzhou:1:functions/writer/LATEST',
  attempts: 4,
  payload: RECORDS,
  statusCode: 200,
  functionError: 'UnhandledInvocationError',
  response: '{"errorMessage":"boom","errorType":"TypeError"}',
};

/** @throws what was refused */
function callsOf(event: unknown) {
  const { calls, refused } = failedCallsOf(event);
  if (refused !== undefined) throw refused;
  return calls;
}

describe('failedCallsOf', () => {
  it.each([
    ['text', TEXT],
    ['data', RECORDS],
    ['Base64', base64(TEXT)],
    ['text of text', JSON.stringify(TEXT)],
  ])('reads a payload that is %s', (_, payload) => {
    expect(callsOf(Buffer.from(JSON.stringify(told(payload))))).toEqual([CALL]);
  });

  const body = JSON.stringify(told(TEXT));
  it.each<[string, unknown]>([
    ['an object', told(TEXT)],
    ['text', body],
    ['Base64', base64(body)],
    ['a list of one', [told(TEXT)]],
    [
      'a message of an SMQ topic',
      { TopicOwner: '1', TopicName: 'dead', MessageId: 'm', Message: body, PublishTime: 1 },
    ],
    ['a message of an SMQ topic in Base64', { TopicName: 'dead', Message: base64(body) }],
    [
      'a message of an SMQ queue',
      [{ specversion: '1.0', source: 'acs:mns', data: { messageId: 'm', messageBody: body } }],
    ],
    ['a message of an SMQ queue as data', { specversion: '1.0', data: { messageBody: told(TEXT) } }],
    ['an event of EventBridge', JSON.stringify({ specversion: '1.0', data: told(TEXT) })],
  ])('reads an event that is %s', (_, event) => {
    expect(callsOf(event)).toEqual([CALL]);
    expect(tellsOfDestination(event)).toBe(false);
  });

  it('reads several calls at once', () => {
    expect(callsOf([told(TEXT), { TopicName: 'dead', Message: body }])).toEqual([CALL, CALL]);
  });

  it('lets no event of a list hold up the others', () => {
    const { calls, refused } = failedCallsOf([told(TEXT), 'hello', told(7), { TopicName: 'dead', Message: body }]);
    expect(calls).toEqual([CALL, CALL]);
    expect(refused).toMatchObject({ code: 'EVENT_INVALID', message: expect.stringContaining('neither JSON nor') });
    const again = failedCallsOf(told([told(TEXT), 'hello']));
    expect([again.calls, again.refused?.code]).toEqual([[CALL], 'EVENT_INVALID']);
  });

  it('finds the call that this function itself failed before', () => {
    const again = told(JSON.stringify(told(TEXT)), { requestContext: { requestId: 'r-2' } });
    expect(callsOf(again)).toEqual([CALL]);
    expect(tellsOfDestination(Buffer.from(JSON.stringify(again)))).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a list', [told(TEXT)]],
    ['a list as text', JSON.stringify([told(TEXT), told(TEXT)])],
    ['messages of an SMQ queue', [{ specversion: '1.0', data: { messageBody: JSON.stringify(told(TEXT)) } }]],
    ['a message of an SMQ topic', { TopicName: 'dead', Message: JSON.stringify(told(TEXT)) }],
  ])('finds it whatever form it had come in: %s', (_, event) => {
    const again = told(event, { requestContext: { requestId: 'r-2' } });
    expect(callsOf(again)).toEqual(callsOf(event));
    expect(tellsOfDestination(again)).toBe(true);
  });

  it('takes records of a native trigger for records, and not for messages', () => {
    const events = [{ specversion: '1.0', id: '1', data: { topic: 't', partition: 0, offset: 1, value: 'v' } }];
    expect(callsOf(told(events))).toEqual([{ ...CALL, payload: events }]);
    expect(tellsOfDestination(told(events))).toBe(false);
  });

  it('takes what is not told as unknown', () => {
    const bare = { requestContext: {}, requestPayload: RECORDS };
    expect(callsOf(bare)).toEqual([{ requestId: '', functionArn: '', payload: RECORDS, functionError: '' }]);
  });

  const nested = Array.from({ length: 14 }).reduce(
    (inside) => ({ TopicName: 'x', Message: inside }),
    told(TEXT) as unknown,
  );
  it.each<[string, unknown, RegExp]>([
    ['no bytes', Buffer.alloc(0), /neither JSON nor Base64/],
    ['bytes that are no text', Buffer.from([0xff, 0xfe]), /not UTF-8/],
    ['text that is no JSON', 'hello', /neither JSON nor Base64/],
    ['an envelope', RECORDS, /no such event/],
    ['a number', 7, /no such event/],
    ['an empty list', [], /no such event/],
    ['a success', told(TEXT, { requestContext: { condition: 'Success' } }), /succeeded/],
    ['a payload that is no JSON', told('hello'), /neither JSON nor Base64/],
    ['a payload that is a number', told(7), /no JSON data/],
    ['no payload', told(null), /no JSON data/],
    ['one wrapped without end', nested, /more than 12 times/],
  ])('refuses %s', (_, event, why) => {
    expect(() => callsOf(event)).toThrow(why);
    expect(() => callsOf(event)).toThrow(expect.objectContaining({ code: 'EVENT_INVALID' }));
  });

  it('never shows more than the beginning of what came', () => {
    const secret = `${'x'.repeat(200)}secret`;
    expect(() => callsOf(told(secret))).not.toThrow(/secret/);
  });

  it.each([[Buffer.alloc(0)], ['hello'], [7], [told('hello')]])('knows that %j tells of no destination', (event) => {
    expect(tellsOfDestination(event)).toBe(false);
  });
});
