import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { type DynamoDb, startDynamoDb } from '../../../environments/local/dynamodb'
import { credentials, refusalOf } from './an-s3'

let server: DynamoDb
let client: DynamoDBClient
beforeEach(async () => {
  server = await startDynamoDb()
  client = new DynamoDBClient({ endpoint: server.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'failedOf', 'failedAt'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'failed',
          KeySchema: [
            { AttributeName: 'failedOf', KeyType: 'HASH' },
            { AttributeName: 'failedAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  )
})
afterEach(async () => {
  client.destroy()
  await server.stop()
})

const TableName = 'arrivals'
const item = (sk: string, more: object = {}) => ({ pk: { S: 'orders#0' }, sk: { S: sk }, ...more })

function putOnce(sk: string) {
  return client.send(new PutItemCommand({ TableName, Item: item(sk), ConditionExpression: 'attribute_not_exists(pk)' }))
}

async function write(items: ReturnType<typeof item>[]) {
  const RequestItems = { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) }
  return client.send(new BatchWriteItemCommand({ RequestItems }))
}

describe('conditional writes', () => {
  it('have one winner when a hundred race to put the same item', async () => {
    const results = await Promise.all(Array.from({ length: 100 }, () => refusalOf(putOnce('a'))))
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1)
    expect(new Set(results)).toEqual(new Set(['accepted', '400 ConditionalCheckFailedException']))
  })

  it('have one winner when a hundred race to take an expired lease, and its fence goes up by one', async () => {
    await client.send(
      new PutItemCommand({ TableName, Item: item('lease', { fence: { N: '7' }, until: { N: '100' } }) }),
    )
    const claim = (owner: number) =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: item('lease'),
          UpdateExpression: 'SET #owner = :owner, #until = :until ADD fence :one',
          ConditionExpression: '#until < :now',
          ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
          ExpressionAttributeValues: {
            ':owner': { N: String(owner) },
            ':until': { N: '900' },
            ':now': { N: '500' },
            ':one': { N: '1' },
          },
          ReturnValues: 'ALL_NEW',
        }),
      )
    const results = await Promise.allSettled(Array.from({ length: 100 }, (_, owner) => claim(owner)))
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.Attributes] : []))
    expect(won).toEqual([expect.objectContaining({ fence: { N: '8' }, until: { N: '900' } })])
  })

  it('count every one of a hundred ADDs', async () => {
    const add = () =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: item('count'),
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
          ReturnValues: 'ALL_NEW',
        }),
      )
    const counts = (await Promise.all(Array.from({ length: 100 }, add))).map(({ Attributes }) =>
      Number(Attributes?.['n']?.N),
    )
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })
})

describe('many items', () => {
  const names = Array.from({ length: 100 }, (_, index) => String(index).padStart(3, '0'))

  beforeEach(async () => {
    for (let start = 0; start < 100; start += 25) {
      await write(names.slice(start, start + 25).map((name) => item(name)))
    }
  })

  it('are written 25 and read 100 at a time, and not one more', async () => {
    const keys = (wanted: string[]) =>
      client.send(
        new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: wanted.map((name) => item(name)) } } }),
      )
    expect((await keys(names)).Responses?.[TableName]).toHaveLength(100)
    expect(await refusalOf(keys([...names, 'x']))).toBe('400 ValidationException')
    expect(await refusalOf(write(names.slice(0, 26).map((name) => item(name))))).toBe('400 ValidationException')
  })

  it('come from a consistent query in the order of their sort keys, page by page', async () => {
    const read: string[] = []
    let ExclusiveStartKey: Record<string, { S: string }> | undefined
    do {
      const page = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'orders#0' } },
          ConsistentRead: true,
          Limit: 30,
          ExclusiveStartKey,
        }),
      )
      read.push(...(page.Items ?? []).map(({ sk }) => String(sk?.S)))
      ExclusiveStartKey = page.LastEvaluatedKey as typeof ExclusiveStartKey
    } while (ExclusiveStartKey)
    expect(read).toEqual(names)
  })

  it('are in a sparse index only while they have its attributes', async () => {
    const failed = async () => {
      const { Items } = await client.send(
        new QueryCommand({
          TableName,
          IndexName: 'failed',
          KeyConditionExpression: 'failedOf = :target',
          ExpressionAttributeValues: { ':target': { S: 'orders' } },
        }),
      )
      return Items?.map(({ sk }) => sk?.S)
    }
    await write(['007', '042'].map((name) => item(name, { failedOf: { S: 'orders' }, failedAt: { S: `t${name}` } })))
    expect(await failed()).toEqual(['007', '042'])
    await write([item('007')])
    expect(await failed()).toEqual(['042'])
  })
})

describe('what a test may ask of the server', () => {
  it('counts requests and the units that they consume, without the client asking for them', async () => {
    const answer = await write([item('1'), item('2'), item('3', { text: { S: 'x'.repeat(1500) } })])
    expect(answer.ConsumedCapacity).toBeUndefined()
    expect(server.consumed()).toEqual({ readUnits: 0, writeUnits: 4 })
    await client.send(new GetItemCommand({ TableName, Key: item('1'), ConsistentRead: true }))
    await client.send(new GetItemCommand({ TableName, Key: item('1') }))
    expect(server.consumed()).toEqual({ readUnits: 1.5, writeUnits: 4 })
    await putOnce('1').catch(() => {})
    expect(server.consumed()).toEqual({ readUnits: 1.5, writeUnits: 5 })
    const asked = await client.send(new GetItemCommand({ TableName, Key: item('1'), ReturnConsumedCapacity: 'TOTAL' }))
    expect(asked.ConsumedCapacity?.CapacityUnits).toBe(0.5)
    expect(Object.fromEntries(server.requests)).toEqual({ CreateTable: 1, BatchWriteItem: 1, GetItem: 3, PutItem: 1 })
  })

  it('throttles the next requests for a table, before anything is written', async () => {
    server.failNext({
      about: `"${TableName}"`,
      times: 2,
      how: { kind: 'error', code: 'ProvisionedThroughputExceededException' },
    })
    expect(await refusalOf(putOnce('a'))).toBe('400 ProvisionedThroughputExceededException')
    expect(await refusalOf(putOnce('a'))).toBe('400 ProvisionedThroughputExceededException')
    expect(await refusalOf(putOnce('a'))).toBe('accepted')
  })

  it('loses the answer of a write that has happened, so that the retry meets its own item', async () => {
    server.failNext({ operation: 'PutItem', how: { kind: 'answer-lost' } })
    const retrying = new DynamoDBClient({ endpoint: server.endpoint, region: 'eu-west-1', credentials })
    const put = new PutItemCommand({ TableName, Item: item('a'), ConditionExpression: 'attribute_not_exists(pk)' })
    expect(await refusalOf(retrying.send(put))).toBe('400 ConditionalCheckFailedException')
    retrying.destroy()
    expect(server.requests.get('PutItem')).toBe(2)
  })

  it('cuts the connection before anything is written', async () => {
    server.failNext({ operation: 'PutItem', how: { kind: 'cut' } })
    expect(await refusalOf(putOnce('a'))).not.toBe('accepted')
    expect(await refusalOf(putOnce('a'))).toBe('accepted')
  })

  it('leaves part of a batch unprocessed', async () => {
    const how = { kind: 'unprocessed', processed: 1 } as const
    server.failNext({ operation: 'BatchWriteItem', how })
    const { UnprocessedItems } = await write([item('1'), item('2'), item('3')])
    expect(UnprocessedItems?.[TableName]?.map(({ PutRequest }) => PutRequest?.Item?.['sk']?.S)).toEqual(['2', '3'])
    server.failNext({ operation: 'BatchGetItem', how })
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [item('1'), item('2')] } } }),
    )
    expect(Responses?.[TableName]).toEqual([item('1')])
    expect(UnprocessedKeys?.[TableName]?.Keys).toEqual([item('2')])
  })
})
