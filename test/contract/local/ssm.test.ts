import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  type GetParameterCommandInput,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import type { AwsJsonServer } from '../../../environments/local/ssm/aws-json'
import { startSsm } from '../../../environments/local/ssm/server'
import { credentials, refusalOf } from './an-s3'

let server: AwsJsonServer
let ssm: SSMClient
beforeEach(async () => {
  server = await startSsm({ region: 'eu-west-1', account: '123456789012' })
  ssm = new SSMClient({ endpoint: server.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })
})
afterEach(async () => {
  ssm.destroy()
  await server.stop()
})

const Name = '/penstock/main/password'

function put(more: Partial<PutParameterCommandInput> = {}) {
  return ssm.send(new PutParameterCommand({ Name, Value: 'first', Type: 'SecureString', ...more }))
}

async function get(more: Partial<GetParameterCommandInput> = {}) {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true, ...more }))
  return Parameter
}

describe('reading parameters', () => {
  it('gives the value, version and ARN', async () => {
    await put()
    expect(await get()).toEqual({
      Name,
      Value: 'first',
      Type: 'SecureString',
      Version: 1,
      DataType: 'text',
      LastModifiedDate: expect.any(Date),
      ARN: `arn:aws:ssm:eu-west-1:123456789012:parameter${Name}`,
    })
  })

  it('gives a SecureString without decryption as something opaque that changes with the value', async () => {
    await put()
    const before = (await get({ WithDecryption: false }))?.Value
    await put({ Value: 'second', Overwrite: true })
    const after = (await get({ WithDecryption: false }))?.Value
    expect(before).toMatch(/^AQI[A-Za-z0-9+/=]{40,}$/)
    expect(before).not.toContain('first')
    expect(after).not.toBe(before)
    await put({ Name: 'plain', Type: 'String', Value: 'seen' })
    expect((await get({ Name: 'plain', WithDecryption: false }))?.Value).toBe('seen')
  })

  it('selects by version, by label and by ARN', async () => {
    await put()
    await put({ Value: 'second', Overwrite: true })
    await ssm.send(new LabelParameterVersionCommand({ Name, ParameterVersion: 1, Labels: ['live'] }))
    expect(await get({ Name: `${Name}:1` })).toMatchObject({ Value: 'first', Selector: ':1' })
    expect(await get({ Name: `${Name}:live` })).toMatchObject({ Value: 'first', Selector: ':live' })
    await ssm.send(new LabelParameterVersionCommand({ Name, Labels: ['live'] }))
    expect(await get({ Name: `${Name}:live` })).toMatchObject({ Value: 'second' })
    expect(await get({ Name: `arn:aws:ssm:eu-west-1:123456789012:parameter${Name}` })).toMatchObject({ Name })
    await put({ Name: 'flat' })
    expect(await get({ Name: 'arn:aws:ssm:eu-west-1:123456789012:parameter/flat' })).toMatchObject({ Name: 'flat' })
    expect(await refusalOf(get({ Name: `${Name}:3` }))).toBe('400 ParameterVersionNotFound')
    expect(await refusalOf(get({ Name: `${Name}:dead` }))).toBe('400 ParameterVersionNotFound')
    expect(await refusalOf(get({ Name: '/not/there' }))).toBe('400 ParameterNotFound')
  })

  it('reads up to ten at once and lists those that are missing', async () => {
    await put()
    const { Parameters, InvalidParameters } = await ssm.send(
      new GetParametersCommand({ Names: [Name, '/not/there'], WithDecryption: true }),
    )
    expect(Parameters?.map(({ Value }) => Value)).toEqual(['first'])
    expect(InvalidParameters).toEqual(['/not/there'])
    const Names = Array.from({ length: 11 }, (_, index) => `/p/${index}`)
    expect(await refusalOf(ssm.send(new GetParametersCommand({ Names })))).toBe('400 ValidationException')
  })

  it('reads a path, one level or all, in pages of ten', async () => {
    for (let index = 0; index < 12; index += 1)
      await put({ Name: `/p/${String(index).padStart(2, '0')}`, Type: 'String' })
    await put({ Name: '/p/deep/er', Type: 'String' })
    const first = await ssm.send(new GetParametersByPathCommand({ Path: '/p' }))
    expect(first.Parameters).toHaveLength(10)
    const rest = await ssm.send(new GetParametersByPathCommand({ Path: '/p/', NextToken: first.NextToken }))
    expect(rest.Parameters?.map((parameter) => parameter.Name)).toEqual(['/p/10', '/p/11'])
    expect(rest.NextToken).toBeUndefined()
    const deep = await ssm.send(new GetParametersByPathCommand({ Path: '/p/deep', Recursive: true }))
    expect(deep.Parameters?.map((parameter) => parameter.Name)).toEqual(['/p/deep/er'])
  })

  it('describes parameters without their values', async () => {
    await put({ Description: 'of the loader' })
    await put({ Name: '/other', Type: 'String' })
    const { Parameters } = await ssm.send(
      new DescribeParametersCommand({
        ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: ['/penstock/'] }],
      }),
    )
    expect(Parameters).toEqual([
      expect.objectContaining({ Name, Type: 'SecureString', Description: 'of the loader', KeyId: 'alias/aws/ssm' }),
    ])
    expect(JSON.stringify(Parameters)).not.toContain('first')
  })
})

describe('writing parameters', () => {
  it('asks for Overwrite before it replaces a value, and counts versions', async () => {
    expect((await put()).Version).toBe(1)
    expect(await refusalOf(put({ Value: 'second' }))).toBe('400 ParameterAlreadyExists')
    expect((await put({ Value: 'second', Overwrite: true, Type: undefined })).Version).toBe(2)
    expect(await get()).toMatchObject({ Value: 'second', Type: 'SecureString' })
  })

  it('holds 4 KB in the standard tier and 8 KB in the advanced one, which is for good', async () => {
    expect(await refusalOf(put({ Value: 'é'.repeat(2048) }))).toBe('accepted')
    expect(await refusalOf(put({ Value: `${'é'.repeat(2048)}x`, Overwrite: true }))).toBe('400 ValidationException')
    expect((await put({ Value: 'x'.repeat(8192), Overwrite: true, Tier: 'Advanced' })).Tier).toBe('Advanced')
    expect(await refusalOf(put({ Value: 'x'.repeat(8193), Overwrite: true }))).toBe('400 ValidationException')
    expect(await refusalOf(put({ Overwrite: true, Tier: 'Standard' }))).toBe('400 ValidationException')
    const smart = await put({ Name: '/smart', Value: 'x'.repeat(5000), Tier: 'Intelligent-Tiering' })
    expect(smart.Tier).toBe('Advanced')
  })

  it('refuses names, types and values that AWS refuses', async () => {
    expect(await refusalOf(put({ Name: 'has space' }))).toBe('400 ValidationException')
    expect(await refusalOf(put({ Name: 'not/absolute' }))).toBe('400 ValidationException')
    expect(await refusalOf(put({ Name: '/aws/mine' }))).toBe('400 ValidationException')
    expect(await refusalOf(put({ Type: undefined }))).toBe('400 ValidationException')
    expect(await refusalOf(put({ Value: '' }))).toBe('400 ValidationException')
    expect(await refusalOf(put({ AllowedPattern: '^\\d+$' }))).toBe('400 ParameterPatternMismatchException')
    expect(await refusalOf(get())).toBe('400 ParameterNotFound')
  })

  it('keeps the latest 100 versions, and refuses to let go of a labelled one', async () => {
    for (let version = 1; version <= 101; version += 1) await put({ Value: `v${version}`, Overwrite: true })
    expect(await refusalOf(get({ Name: `${Name}:1` }))).toBe('400 ParameterVersionNotFound')
    expect(await get({ Name: `${Name}:2` })).toMatchObject({ Value: 'v2' })
    const history = await ssm.send(new GetParameterHistoryCommand({ Name, WithDecryption: true }))
    expect(history.Parameters?.[0]).toMatchObject({ Version: 2, Value: 'v2' })
    await ssm.send(new LabelParameterVersionCommand({ Name, ParameterVersion: 2, Labels: ['kept'] }))
    expect(await refusalOf(put({ Overwrite: true }))).toBe('400 ParameterMaxVersionLimitExceeded')
  })

  it('deletes one or many', async () => {
    await put()
    await put({ Name: '/other' })
    await ssm.send(new DeleteParameterCommand({ Name }))
    expect(await refusalOf(ssm.send(new DeleteParameterCommand({ Name })))).toBe('400 ParameterNotFound')
    expect(await ssm.send(new DeleteParametersCommand({ Names: ['/other', Name] }))).toMatchObject({
      DeletedParameters: ['/other'],
      InvalidParameters: [Name],
    })
  })

  it('tags parameters', async () => {
    const resource = { ResourceType: 'Parameter', ResourceId: Name } as const
    await put({ Tags: [{ Key: 'team', Value: 'data' }] })
    await ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key: 'env', Value: 'dev' }] }))
    await ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: ['team'] }))
    expect((await ssm.send(new ListTagsForResourceCommand(resource))).TagList).toEqual([{ Key: 'env', Value: 'dev' }])
    expect(await refusalOf(put({ Overwrite: true, Tags: [] }))).toBe('400 ValidationException')
  })
})

describe('the server', () => {
  it('counts requests and fails the ones that it is told to', async () => {
    await put()
    server.failNext({ operation: 'GetParameter', how: { kind: 'error', code: 'ThrottlingException' } })
    expect(await refusalOf(get())).toBe('400 ThrottlingException')
    expect(await refusalOf(get())).toBe('accepted')
    server.failNext({ how: { kind: 'answer-lost' } })
    expect(await refusalOf(put({ Value: 'second', Overwrite: true }))).not.toBe('accepted')
    expect(await get()).toMatchObject({ Value: 'second', Version: 2 })
    expect(Object.fromEntries(server.requests)).toEqual({ PutParameter: 2, GetParameter: 3 })
  })

  it.each(['application/x-amz-json-1.0', 'application/x-amz-json-1.1'])(
    'answers in the %s that it is asked in',
    async (type) => {
      const answer = await fetch(server.endpoint, {
        method: 'POST',
        headers: { 'content-type': type, 'x-amz-target': 'AmazonSSM.GetParameter' },
        body: '{"Name":"none"}',
      })
      expect([answer.status, answer.headers.get('content-type'), answer.headers.get('x-amzn-errortype')]).toEqual([
        400,
        type,
        'ParameterNotFound',
      ])
      expect(await answer.json()).toMatchObject({ __type: 'ParameterNotFound', message: 'Parameter none not found.' })
    },
  )

  it('refuses operations and bodies that it does not understand', async () => {
    const post = (target: string, body: string) =>
      fetch(server.endpoint, { method: 'POST', headers: { 'x-amz-target': target }, body })
    expect(await (await post('AmazonSSM.Nope', '{}')).json()).toMatchObject({ __type: 'UnknownOperationException' })
    expect(await (await post('AmazonSSM.GetParameter', '{')).json()).toMatchObject({ __type: 'SerializationException' })
  })
})
