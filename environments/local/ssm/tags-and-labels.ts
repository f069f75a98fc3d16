import { z } from 'zod'
import { AwsJsonError } from './aws-json'
import { latestOf, type Parameter, type ParameterStore, parameterNamed, select } from './parameters'
import { read, TAG_LIST } from './read-input'

const MOST_LABELS = 10

const RESOURCE = z.object({ ResourceType: z.literal('Parameter'), ResourceId: z.string() })

/** AddTagsToResource. */
export function addTagsToResource(store: ParameterStore, given: unknown): object {
  const input = read(RESOURCE.extend({ Tags: TAG_LIST }), given)
  const { tags } = resource(store, input.ResourceId)
  for (const { Key, Value } of input.Tags) tags.set(Key, Value)
  return {}
}

/** RemoveTagsFromResource. */
export function removeTagsFromResource(store: ParameterStore, given: unknown): object {
  const input = read(RESOURCE.extend({ TagKeys: z.array(z.string()) }), given)
  const { tags } = resource(store, input.ResourceId)
  for (const key of input.TagKeys) tags.delete(key)
  return {}
}

/** ListTagsForResource. */
export function listTagsForResource(store: ParameterStore, given: unknown): object {
  const { tags } = resource(store, read(RESOURCE, given).ResourceId)
  return { TagList: [...tags].map(([Key, Value]) => ({ Key, Value })) }
}

function resource(store: ParameterStore, id: string): Parameter {
  const parameter = store.byName.get(id)
  if (!parameter) throw new AwsJsonError('InvalidResourceId', 'The resource ID is not valid.')
  return parameter
}

const LABELS = z.object({
  Name: z.string(),
  ParameterVersion: z.number().int().min(1).optional(),
  Labels: z.array(z.string()).min(1).max(MOST_LABELS),
})

/** LabelParameterVersion: a label names one version, so that giving it moves it. */
export function labelParameterVersion(store: ParameterStore, given: unknown): object {
  const input = read(LABELS, given)
  const parameter = parameterNamed(store, input.Name)
  const version =
    input.ParameterVersion === undefined
      ? latestOf(parameter)
      : select(store, `${parameter.name}:${input.ParameterVersion}`).version
  const valid = input.Labels.filter((label) => /^(?!\d|aws|ssm)[a-zA-Z0-9_.-]{1,100}$/i.test(label))
  if (new Set([...version.labels, ...valid]).size > MOST_LABELS) {
    throw new AwsJsonError('ParameterVersionLabelLimitExceeded', `A version has at most ${MOST_LABELS} labels`)
  }
  for (const label of valid) {
    for (const other of parameter.versions) other.labels.delete(label)
    version.labels.add(label)
  }
  return { InvalidLabels: input.Labels.filter((label) => !valid.includes(label)), ParameterVersion: version.version }
}
