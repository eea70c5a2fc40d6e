; All ones for a negative number, zero otherwise.
(set-logic BV)
(define-fun wanted ((x (_ BitVec 32))) (_ BitVec 32) (ite (bvslt x #x00000000) #xffffffff #x00000000))
(synth-fun f ((x (_ BitVec 32))) (_ BitVec 32)
    ((Start (_ BitVec 32)))
    ((Start (_ BitVec 32) (
        x #x00000000 #x00000001 #x0000001f
        (bvnot Start) (bvneg Start) (bvand Start Start) (bvor Start Start) (bvxor Start Start)
        (bvadd Start Start) (bvsub Start Start) (bvlshr Start Start) (bvashr Start Start)))))
(declare-var x (_ BitVec 32))
(constraint (= (wanted x) (f x)))
(check-synth)
