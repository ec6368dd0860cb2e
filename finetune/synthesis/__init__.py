"""Examples made by rule from the company's own clauses, FAQ and topics; a person reviews them like any other."""
