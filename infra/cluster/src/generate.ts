// Writes the alert rules of the monitoring component.
import { writeFileSync } from 'node:fs'
import { alertRules, alertRulesFile } from './alert-rules.ts'

writeFileSync(alertRulesFile, alertRules())
