; A grammar in the form of SyGuS-IF 1, which does not declare its nonterminals first.
(set-logic LIA)
(synth-fun f ((x Int) (y Int)) Int
    ((Start Int (x y 0 1 (- 2) (+ Start Start) (ite (<= Start Start) Start Start)))))
(constraint (= (f 1 2) 3))
(constraint (= (f 4 (- 1)) 3))
(constraint (= (f 0 0) 0))
(check-synth)
