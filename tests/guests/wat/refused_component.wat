;; A component, not a core module. Refused, by name, with what to do.
(component)
