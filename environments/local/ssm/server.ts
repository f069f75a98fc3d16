import { z } from 'zod'
import { AwsJsonError, type AwsJsonServer, type JsonOperations, startAwsJson } from './aws-json'
import type { ParameterStore } from './parameters'
import { putParameter } from './put-parameter'
import { read } from './read-input'
import {
  describeParameters,
  getParameter,
  getParameterHistory,
  getParameters,
  getParametersByPath,
} from './read-parameters'
import {
  addTagsToResource,
  labelParameterVersion,
  listTagsForResource,
  removeTagsFromResource,
} from './tags-and-labels'

export interface SsmOptions {
  readonly region: string
  readonly account: string
  /** @default a free one */
  readonly port?: number
}

/** The Parameter Store of an account, in memory, on a socket of this machine. */
export function startSsm({ region, account, ...server }: SsmOptions): Promise<AwsJsonServer> {
  const store: ParameterStore = { region, account, byName: new Map() }
  return startAwsJson({ ...server, services: { AmazonSSM: ssmOperations(store) } })
}

/** The operations alone, for a server that speaks for several services. */
export function ssmOperations(store: ParameterStore): JsonOperations {
  return {
    PutParameter: (input) => putParameter(store, input, Date.now),
    GetParameter: (input) => getParameter(store, input),
    GetParameters: (input) => getParameters(store, input),
    GetParametersByPath: (input) => getParametersByPath(store, input),
    GetParameterHistory: (input) => getParameterHistory(store, input),
    DescribeParameters: (input) => describeParameters(store, input),
    DeleteParameter: (input) => deleteParameter(store, input),
    DeleteParameters: (input) => deleteParameters(store, input),
    AddTagsToResource: (input) => addTagsToResource(store, input),
    RemoveTagsFromResource: (input) => removeTagsFromResource(store, input),
    ListTagsForResource: (input) => listTagsForResource(store, input),
    LabelParameterVersion: (input) => labelParameterVersion(store, input),
  }
}

function deleteParameter(store: ParameterStore, given: unknown): object {
  const { Name } = read(z.object({ Name: z.string().min(1) }), given)
  if (!store.byName.delete(Name)) throw new AwsJsonError('ParameterNotFound', `Parameter ${Name} not found.`)
  return {}
}

function deleteParameters(store: ParameterStore, given: unknown): object {
  const { Names } = read(z.object({ Names: z.array(z.string().min(1)).min(1).max(10) }), given)
  const deleted = Names.filter((name) => store.byName.delete(name))
  return { DeletedParameters: deleted, InvalidParameters: Names.filter((name) => !deleted.includes(name)) }
}
