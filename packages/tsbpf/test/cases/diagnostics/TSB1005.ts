// Some hundred blocks in blocks, calls in calls or parentheses in parentheses, as only another program writes them: the
// compiler goes down them step by step, and its own stack ends. A long chain of operators, `a ^ b ^ c ^ …`, is no nesting.
