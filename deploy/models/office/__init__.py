"""An independent model of the office: its cities, its cases, who sees and may do what, and what comes of it."""
