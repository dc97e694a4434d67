// What an application that uses PostgREST's client library does, and what it gets. Run by PostgrestClientTest, which says
// where the gateway is and gives a token.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PostgrestClient } from '@supabase/postgrest-js'

const { GATEWAY, TOKEN } = process.env
const client = new PostgrestClient(GATEWAY, { headers: { Authorization: `Bearer ${TOKEN}` } })
const stranger = new PostgrestClient(GATEWAY)

/** The data of a call that must succeed. */
async function data (call) {
  const answer = await call
  assert.equal(answer.error, null)
  return answer.data
}

async function error (call, status, code) {
  const answer = await call
  assert.equal(answer.status, status)
  assert.equal(answer.data, null)
  assert.equal(answer.error.code, code)
  assert.ok('message' in answer.error && 'details' in answer.error && 'hint' in answer.error)
  return answer.error
}

test('scalar functions', async () => {
  assert.equal(await data(client.rpc('add', { a: 1 })), 11)
  assert.equal(await data(client.rpc('add', { a: 1, b: 2 }, { get: true })), 3)
  assert.equal(await data(client.rpc('hello')), 'hello "world"')
  assert.equal(await data(client.rpc('nothing')), null)
  assert.equal(await data(client.rpc('truth')), true)
  assert.deepEqual(await data(client.rpc('document')), { a: [1, 2] })
})

test('arrays in a query', async () => {
  assert.deepEqual(await data(client.rpc('echo_array', { numbers: [1, 2, 3] }, { get: true })), [1, 2, 3])
  assert.deepEqual(await data(client.rpc('echo_array', { numbers: [1, 2, 3] })), [1, 2, 3])
})

test('objects', async () => {
  assert.deepEqual(await data(client.rpc('origin')), { x: 0, y: 1 })
  assert.deepEqual(await data(client.rpc('divided', { a: 7, b: 2 })), { quotient: 3, remainder: 1 })
})

test('sets', async () => {
  assert.deepEqual(await data(client.rpc('numbers', { n: 3 })), [1, 2, 3])
  assert.deepEqual(await data(client.rpc('points')), [{ x: 1, y: 1 }, { x: 2, y: 4 }, { x: 3, y: 9 }])
})

test('void', async () => {
  const answer = await client.rpc('forget')
  assert.equal(answer.status, 204)
  assert.equal(answer.error, null)
  assert.equal(answer.data, null)
})

test('select, filters, order, limit, range', async () => {
  assert.deepEqual(
    await data(client.rpc('elephants').select('id, who:name').gt('id', 1).order('id', { ascending: false })),
    [{ id: 3, who: 'C,"d' }, { id: 2, who: 'Bao' }])
  assert.deepEqual(await data(client.rpc('elephants').select('id').in('name', ['Ada', 'Bao', 'a, b']).order('id')),
    [{ id: 1 }, { id: 2 }])
  assert.deepEqual(await data(client.rpc('elephants').select('id').or('id.eq.1,name.like.B*').order('id')),
    [{ id: 1 }, { id: 2 }])
  assert.deepEqual(await data(client.rpc('elephants').select('id').contains('tags', ['wise'])), [{ id: 1 }])
  assert.deepEqual(await data(client.rpc('elephants').select('id').textSearch('story', 'walk', { config: 'english' })),
    [{ id: 1 }])
  assert.deepEqual(await data(client.rpc('elephants').select('id').is('tags', null)), [{ id: 3 }])
  assert.deepEqual(await data(client.rpc('elephants').select('id').not('id', 'in', '(1,2)')), [{ id: 3 }])
  assert.deepEqual(await data(client.rpc('elephants').select('id').match({ id: 2, name: 'Bao' })), [{ id: 2 }])
  assert.deepEqual(await data(client.rpc('elephants').select('id').order('id').range(1, 1)), [{ id: 2 }])
  assert.deepEqual(await data(client.rpc('elephants', {}, { get: true }).select('id').order('id').limit(1)), [{ id: 1 }])
})

test('one row', async () => {
  assert.deepEqual(await data(client.rpc('elephants').select('id').eq('id', 2).single()), { id: 2 })
  assert.deepEqual(await data(client.rpc('elephants').select('id').eq('id', 2).maybeSingle()), { id: 2 })
  assert.equal(await data(client.rpc('elephants').select('id').eq('id', 9).maybeSingle()), null)
  assert.equal(await data(client.rpc('elephants', {}, { get: true }).select('id').eq('id', 9).maybeSingle()), null)
  const none = await error(client.rpc('elephants').eq('id', 9).single(), 406, 'PGRST116')
  assert.match(none.details, /0 rows/)
  await error(client.rpc('elephants').single(), 406, 'PGRST116')
})

test('head and counts', async () => {
  const head = await client.rpc('elephants', {}, { head: true, count: 'exact' })
  assert.equal(head.error, null)
  assert.equal(head.data, null)
  assert.equal(head.count, 3)
  const counted = await client.rpc('elephants', {}, { count: 'exact' }).select('id').order('id').limit(1)
  assert.equal(counted.count, 3)
  assert.equal(counted.status, 206)
  assert.deepEqual(counted.data, [{ id: 1 }])
})

test('csv', async () => {
  assert.equal(await data(client.rpc('points').csv()), 'x,y\n1,1\n2,4\n3,9')
})

test('another schema', async () => {
  assert.equal(await data(client.schema('other').rpc('add', { a: 1 })), 'other 1')
  assert.equal(await data(client.schema('other').rpc('add', { a: 1 }, { get: true })), 'other 1')
  await error(client.schema('none').rpc('add', { a: 1 }), 406, 'PGRST106')
})

test('errors', async () => {
  await error(client.rpc('no_such_function'), 404, 'PGRST202')
  await error(client.rpc('add', { c: 1 }), 404, 'PGRST202')
  await error(client.rpc('add', { a: 'x' }), 400, '22P02')
  await error(client.rpc('either', { a: 1 }), 300, 'PGRST203')
  const raised = await error(client.rpc('fails', { state: 'PT402' }), 402, 'PT402')
  assert.deepEqual([raised.message, raised.details, raised.hint], ['wrong', 'more', 'do'])
  await error(client.rpc('born', { id: 9, name: 'x' }, { get: true }), 405, '25006')
  await error(stranger.rpc('hello'), 401, 'PGRST302')
  await assert.rejects(async () => await client.rpc('fails', { state: 'P0001' }).throwOnError(), { code: 'P0001' })
})

test('preferences', async () => {
  assert.deepEqual((await data(client.rpc('born', { id: 7, name: 'E' }).rollback())).map(row => row.id), [7])
  assert.deepEqual(await data(client.rpc('elephants').select('id').eq('id', 7)), [])
  await error(client.rpc('gone', { minimum: 2 }).maxAffected(1), 400, 'PGRST124')
})

test('what a query is planned like is not shown', async () => {
  await error(client.rpc('elephants').explain({ format: 'json' }), 406, 'PGRST107')
})

test('who gives up is told so, and the next call is answered', async () => {
  const answer = await client.rpc('sleep', { s: 1 }).abortSignal(AbortSignal.timeout(100))
  assert.equal(answer.data, null)
  assert.match(answer.error.message, /abort|timeout/i)
  assert.equal(await data(client.rpc('hello')), 'hello "world"')
})

test('a client without types may ask for text, stripped nulls and a time zone', async () => {
  assert.deepEqual(await data(client.rpc('elephants').select('id,tags').eq('id', 3).stripNulls()), [{ id: 3 }])
  const zone = client.rpc('setting', { name: 'timezone' }).setHeader('Prefer', 'timezone=Asia/Kolkata')
  assert.equal(await data(zone), 'Asia/Kolkata')
})

test('jobs', async () => {
  const jobs = client.schema('public')
  assert.ok(await data(jobs.rpc('fn_pgqueuer_enqueue', { entrypoint: 'fetch', payload: 'hello', headers: { a: 1 } })) > 0)
  const ids = await data(jobs.rpc('fn_pgqueuer_enqueue_batch', { jobs: [{ entrypoint: 'a' }, { entrypoint: 'b' }] }))
  assert.equal(ids.length, 2)
  assert.ok(ids[0] < ids[1])
  await data(jobs.rpc('fn_pgqueuer_enqueue', { entrypoint: 'fetch', dedupe_key: 'k' }))
  await error(jobs.rpc('fn_pgqueuer_enqueue', { entrypoint: 'fetch', dedupe_key: 'k' }), 409, '23505')
  await error(jobs.rpc('fn_pgqueuer_enqueue', { entrypoint: 'fetch' }, { get: true }), 405, '25006')
})
